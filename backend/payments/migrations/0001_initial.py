from tortoise import migrations
from tortoise.migrations import operations as ops
from backend.core.clock import now
from backend.core.indexes import WhereNull
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name='Order',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
                ('citizen_id', fields.UUIDField()),
                ('key_of', fields.UUIDField()),
                ('matter', fields.CharField(max_length=130)),
                ('release', fields.CharField(max_length=160)),
                ('channel', fields.CharField(max_length=8)),
                ('out_trade_no', fields.CharField(unique=True, max_length=32)),
                ('amount', fields.BigIntField()),
                ('subject', fields.CharField(max_length=120)),
                ('payee', fields.CharField(max_length=200)),
                ('payer', fields.CharField(max_length=128)),
                ('notice', fields.BinaryField()),
                ('sealed', fields.BinaryField()),
                ('state', fields.CharField(max_length=8)),
                ('prepay', fields.CharField(null=True, max_length=128)),
                ('provider_number', fields.CharField(null=True, max_length=64)),
                ('request_key', fields.CharField(null=True, max_length=128)),
                ('request_digest', fields.BinaryField(null=True)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('paid_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('case_number', fields.CharField(null=True, max_length=24)),
                ('attempts', fields.SmallIntField(default=0)),
                ('asked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('next_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'payments_order', 'app': 'payments', 'unique_together': (('citizen_id', 'request_key'),), 'indexes': [Index(fields=['citizen_id', 'created_at'], name='payments_order_mine'), WhereNull(fields=['next_at'], name='payments_order_next', column='next_at', present=True), Index(fields=['notice'], name='payments_order_notice')], 'pk_attr': 'id', 'table_description': 'One attempt to pay one notice. The row is there before the provider hears of it, under our `out_trade_no`.'},
            bases=['BaseModel'],
        ),
    ]
