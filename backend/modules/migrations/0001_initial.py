from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from backend.core.clock import now
from json import dumps, loads
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name='Generation',
            fields=[
                ('id', fields.SmallIntField(primary_key=True, unique=True, db_index=True)),
                ('number', fields.BigIntField(default=0)),
                ('at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'modules_generation', 'app': 'modules', 'pk_attr': 'id', 'table_description': 'One row. Its number grows in the transaction of every release, rollout and switch.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='HostedModule',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('name', fields.CharField(max_length=300)),
                ('owners', fields.JSONField(default=list, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'modules_module', 'app': 'modules', 'pk_attr': 'id', 'table_description': "A module that the matrix knows. `id` is the module's own id."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Release',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('module_id', fields.CharField(max_length=64)),
                ('version', fields.CharField(max_length=80)),
                ('state', fields.CharField(max_length=16)),
                ('digest', fields.BinaryField()),
                ('source_digest', fields.BinaryField(null=True)),
                ('content', fields.BinaryField()),
                ('terms', fields.BinaryField()),
                ('matters', fields.IntField()),
                ('findings', fields.JSONField(default=list, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('published_by', fields.CharField(max_length=64)),
            ],
            options={'table': 'modules_release', 'app': 'modules', 'unique_together': (('module_id', 'version'),), 'pk_attr': 'id', 'table_description': 'One version of a module, never changed once written. `content` is `sdk.manifest.bundle_to_json`; `terms` holds'},
            bases=['BaseModel'],
        ),
        ops.CreateModel(
            name='Rollout',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('module_id', fields.CharField(max_length=64)),
                ('release_id', fields.UUIDField()),
                ('state', fields.CharField(max_length=16)),
                ('by', fields.CharField(max_length=64)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'modules_rollout', 'app': 'modules', 'indexes': [Index(fields=['module_id', 'state'])], 'pk_attr': 'id', 'table_description': 'Which release citizens get. At most one row of a module is `live`.'},
            bases=['BaseModel'],
        ),
        ops.CreateModel(
            name='Switch',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('module_id', fields.CharField(max_length=64)),
                ('matter', fields.CharField(default='', max_length=64)),
                ('region', fields.CharField(default='', max_length=6)),
                ('state', fields.CharField(max_length=16)),
                ('reason', fields.CharField(max_length=300)),
                ('until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('by', fields.CharField(max_length=64)),
                ('at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'modules_switch', 'app': 'modules', 'unique_together': (('module_id', 'matter', 'region'),), 'pk_attr': 'id', 'table_description': 'on, guide_only or off for a module (`matter` empty) or one of its matters, everywhere (`region` empty) or in one'},
            bases=['Model'],
        ),
    ]
