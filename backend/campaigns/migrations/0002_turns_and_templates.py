from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from backend.core.clock import now
from json import dumps, loads
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('campaigns', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Template',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('key', fields.UUIDField()),
                ('version', fields.IntField()),
                ('name', fields.CharField(max_length=80)),
                ('kind', fields.CharField(max_length=16)),
                ('title', fields.CharField(max_length=80)),
                ('body', fields.CharField(max_length=600)),
                ('link', fields.CharField(null=True, max_length=300)),
                ('reason', fields.CharField(max_length=200)),
                ('retired', fields.BooleanField(default=False)),
                ('made_by', fields.CharField(max_length=64)),
                ('made_by_name', fields.CharField(max_length=64)),
            ],
            options={'table': 'campaigns_template', 'app': 'campaigns', 'unique_together': (('key', 'version'),), 'pk_attr': 'id', 'table_description': 'One version of words that are used again. A new version is a new row; the old ones stay for what was sent.'},
            bases=['BaseModel'],
        ),
        ops.AddField(
            model_name='Campaign',
            name='turns',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.RemoveIndex(
            model_name='Target',
            name=None,
            fields=['campaign_id', 'state', 'id'],
        ),
        ops.AddField(
            model_name='Target',
            name='turn',
            field=fields.SmallIntField(null=True),
        ),
        ops.AddIndex(
            model_name='Target',
            index=Index(fields=['campaign_id', 'state', 'turn', 'id']),
        ),
    ]
