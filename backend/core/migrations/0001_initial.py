from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from backend.core.clock import now
from json import dumps, loads
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ("actor_kind", fields.CharField(max_length=16)),
                ("actor_id", fields.CharField(max_length=64)),
                ("act", fields.CharField(max_length=64)),
                ("subject_kind", fields.CharField(max_length=32)),
                ("subject_id", fields.CharField(max_length=64)),
                ("citizen_id", fields.CharField(null=True, max_length=64)),
                ("purpose", fields.CharField(null=True, max_length=200)),
                (
                    "details",
                    fields.JSONField(
                        default=dict, encoder=functools.partial(dumps, separators=(",", ":")), decoder=loads
                    ),
                ),
                ("chain", fields.BinaryField(null=True)),
            ],
            options={
                "table": "core_audit",
                "app": "core",
                "indexes": [Index(fields=["citizen_id", "at"]), Index(fields=["subject_kind", "subject_id"])],
                "pk_attr": "id",
                "table_description": "One act. `chain` is filled by the chaining job: SHA-256 over the previous chain value and this row.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="KeptAnswer",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("scope", fields.CharField(max_length=200)),
                ("key", fields.CharField(max_length=128)),
                ("body_digest", fields.BinaryField()),
                ("status", fields.SmallIntField(null=True)),
                ("answer", fields.BinaryField(null=True)),
                ("created_at", fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "core_kept_answer",
                "app": "core",
                "unique_together": (("scope", "key"),),
                "indexes": [Index(fields=["created_at"])],
                "pk_attr": "id",
                "table_description": "The answer to a POST with an Idempotency-Key, written in the same transaction as its effect.",
            },
            bases=["Model"],
        ),
    ]
