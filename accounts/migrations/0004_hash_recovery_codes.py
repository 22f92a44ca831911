from django.db import migrations, transaction


def hash_codes(apps, schema_editor):
    # One transaction for each person, for it takes half a second; it can run again.
    from accounts import recovery
    rows = apps.get_model('mfa', 'Authenticator').objects.filter(type='recovery_codes')
    for pk in list(rows.values_list('pk', flat=True)):
        with transaction.atomic():
            row = rows.select_for_update().filter(pk=pk).first()
            if row and recovery.SEED in row.data:
                row.data = recovery.of_seed(row.data)
                row.save(update_fields=['data'])


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('accounts', '0003_encrypt_factors'),
        ('mfa', '0003_authenticator_type_uniq'),
    ]

    # Back: no hash leads to a seed. The older release reads that there are no codes.
    operations = [
        migrations.RunPython(hash_codes, migrations.RunPython.noop),
    ]
