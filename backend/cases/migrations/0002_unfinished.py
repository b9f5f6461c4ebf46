from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.contrib.postgres.indexes import BrinIndex
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('cases', '0001_initial')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='Case',
            index=BrinIndex(fields=['submitted_at'], name='cases_case_since'),
        ),
        ops.AddIndex(
            model_name='Draft',
            index=Index(fields=['release', 'created_at'], name='cases_draft_release'),
        ),
    ]
