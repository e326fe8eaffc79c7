section-admin = Administration
