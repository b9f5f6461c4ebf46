from tortoise import migrations
from tortoise.migrations import operations as ops
from backend.core.clock import now
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields

class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name='Slot',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('matter', fields.CharField(max_length=130)),
                ('office', fields.CharField(max_length=64)),
                ('date', fields.DateField()),
                ('slot', fields.CharField(max_length=32)),
                ('capacity', fields.IntField()),
                ('taken', fields.IntField(default=0)),
            ],
            options={'table': 'appointments_slot', 'app': 'appointments', 'unique_together': (('matter', 'office', 'date', 'slot'),), 'pk_attr': 'id', 'table_description': 'One slot of one day at one counter of a matter, made when it is first booked. `taken` never passes `capacity`:'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Reservation',
            fields=[
                ('case_id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('slot', fields.ForeignKeyField('appointments.Slot', source_field='slot_id', db_constraint=True, to_field='id', related_name='reservations', on_delete=OnDelete.CASCADE)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'appointments_reservation', 'app': 'appointments', 'pk_attr': 'case_id', 'table_description': 'A place that a case holds.'},
            bases=['Model'],
        ),
    ]
