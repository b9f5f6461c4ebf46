from tests.sandbox.fixtures import desk, redis, running_desk, running_redis

__all__ = ["desk", "redis", "running_desk", "running_redis"]
