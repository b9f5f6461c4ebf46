from tortoise import migrations
from tortoise.migrations import operations as ops
from backend.core.clock import now
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('reminders', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Call',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('rule_id', fields.UUIDField()),
                ('license_id', fields.UUIDField(unique=True)),
                ('citizen_id', fields.UUIDField()),
                ('license_name', fields.CharField(max_length=300)),
                ('valid_until', fields.DateField()),
                ('region', fields.CharField(null=True, max_length=6)),
                ('state', fields.CharField(default='open', max_length=8)),
                ('outcome', fields.CharField(null=True, max_length=12)),
                ('note', fields.CharField(null=True, max_length=200)),
                ('tries', fields.SmallIntField(default=0)),
                ('next_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('handled_by', fields.CharField(null=True, max_length=64)),
                ('handled_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'reminders_call', 'app': 'reminders', 'indexes': [Index(fields=['state', 'valid_until', 'id'])], 'pk_attr': 'id', 'table_description': 'Somebody to be called before a licence ends, once a licence: open → done | dropped. `tries` are calls that nobody'},
            bases=['BaseModel'],
        ),
        ops.AddField(
            model_name='ReminderRule',
            name='call_days',
            field=fields.SmallIntField(null=True),
        ),
    ]
