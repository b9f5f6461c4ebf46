from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('reminders', '0002_calls')]

    initial = False

    operations = [
        ops.AddField(
            model_name='ReminderRule',
            name='proposed',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddField(
            model_name='ReminderRule',
            name='proposed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='ReminderRule',
            name='proposed_by',
            field=fields.CharField(null=True, max_length=64),
        ),
        ops.AddField(
            model_name='ReminderRule',
            name='proposed_name',
            field=fields.CharField(null=True, max_length=64),
        ),
    ]
