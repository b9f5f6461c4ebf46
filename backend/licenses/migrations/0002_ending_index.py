from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('licenses', '0001_initial')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='License',
            index=Index(fields=['type', 'valid_until', 'id']),
        ),
    ]
