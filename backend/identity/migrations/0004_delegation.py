from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from backend.core.clock import now
from json import dumps, loads
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('identity', '0003_enrolment')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Delegation',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('relation', fields.CharField(max_length=16)),
                ('inviter_id', fields.UUIDField()),
                ('agent_id', fields.UUIDField(null=True)),
                ('grantor_id', fields.UUIDField(null=True)),
                ('name_index', fields.BinaryField(null=True)),
                ('code_hash', fields.BinaryField(null=True)),
                ('code_expires_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('matters', fields.JSONField(default=list, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('wallet', fields.BooleanField(default=False)),
                ('ends_on', fields.DateField()),
                ('state', fields.CharField(default='invited', max_length=16)),
                ('proved', fields.CharField(null=True, max_length=16)),
                ('decided_by', fields.UUIDField(null=True)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('reason', fields.CharField(null=True, max_length=200)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_by', fields.CharField(null=True, max_length=16)),
            ],
            options={'table': 'identity_delegation', 'app': 'identity', 'unique_together': (('code_hash',),), 'indexes': [Index(fields=['agent_id', 'grantor_id']), Index(fields=['grantor_id']), Index(fields=['inviter_id'])], 'pk_attr': 'id', 'table_description': 'Leave to act for another. `relation` is what the grantor is to the agent: parent, spouse, child, other; minor and'},
            bases=['BaseModel'],
        ),
    ]
