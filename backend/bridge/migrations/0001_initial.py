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
            name='Consent',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('citizen_id', fields.UUIDField()),
                ('module_id', fields.CharField(max_length=64)),
                ('release', fields.CharField(max_length=150)),
                ('fields_told', fields.JSONField(default=list, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'bridge_consent', 'app': 'bridge', 'indexes': [Index(fields=['citizen_id', 'module_id'])], 'pk_attr': 'id', 'table_description': 'A citizen allowed the pages of a module to learn these of its declared fields, until `ended_at`.'},
            bases=['BaseModel'],
        ),
    ]
