from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('campaigns', '0002_turns_and_templates')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Campaign',
            name='listed_on',
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name='Campaign',
            name='standing',
            field=fields.BooleanField(null=True),
        ),
    ]
