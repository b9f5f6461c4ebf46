from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('campaigns', '0003_standing')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Campaign',
            name='matter',
            field=fields.CharField(null=True, max_length=130),
        ),
        ops.AddField(
            model_name='Target',
            name='answer',
            field=fields.CharField(null=True, max_length=10),
        ),
        ops.AddField(
            model_name='Target',
            name='answered_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Target',
            name='case_number',
            field=fields.CharField(null=True, max_length=24),
        ),
        ops.AddField(
            model_name='Target',
            name='told_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
