"""What a city or department team needs: manifest, forms, rules, checker, and the department protocol.

Pure Python over files: no database, no web. `python -m backend.sdk.check FOLDER` checks a module on any machine.
"""
