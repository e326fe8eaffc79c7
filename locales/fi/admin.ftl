section-admin = Ylläpito
