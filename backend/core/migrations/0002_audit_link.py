from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    initial = False

    operations = [
        ops.AddField(model_name="AuditEntry", name="link", field=fields.BigIntField(null=True, unique=True)),
        # what was chained so far was chained in the order of the ids
        ops.RunSQL(
            "UPDATE core_audit SET link = places.place FROM"
            " (SELECT id, row_number() OVER (ORDER BY id) AS place FROM core_audit WHERE chain IS NOT NULL) AS places"
            " WHERE core_audit.id = places.id",
            reverse_sql="",
        ),
    ]
