from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from backend.core.clock import now
from json import dumps, loads
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('identity', '0006_closure')]

    initial = False

    operations = [
        ops.CreateModel(
            name='AssurancePolicy',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('action', fields.CharField(max_length=16)),
                ('state', fields.CharField(max_length=10)),
                ('body', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('reason', fields.CharField(max_length=200)),
                ('proposed_by', fields.CharField(max_length=64)),
                ('proposed_name', fields.CharField(max_length=64)),
                ('agreed_by', fields.CharField(null=True, max_length=64)),
                ('agreed_name', fields.CharField(null=True, max_length=64)),
                ('settled_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'identity_policy', 'app': 'identity', 'indexes': [Index(fields=['action', 'state'])], 'pk_attr': 'id', 'table_description': 'One version of a policy of an action (`policies.Policy`): proposed → active → replaced, or dropped. At most one'},
            bases=['BaseModel'],
        ),
    ]
