from django.db import migrations

from careers import roles


def make_roles(apps, schema_editor):
    roles.make(apps, schema_editor.connection.alias)


class Migration(migrations.Migration):

    dependencies = [
        ("assessments", "0006_groups"),
        ("careers", "0006_roles"),
    ]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
