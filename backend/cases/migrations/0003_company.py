from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('cases', '0002_unfinished')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Case',
            name='company_id',
            field=fields.UUIDField(null=True),
        ),
    ]
