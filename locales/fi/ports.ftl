section-ports = Liitännät
ports-lead = Mitä kautta viestit lähtevät, mikä on käytössä ja mitä hyvinvointialueen pitää vielä hankkia.
ports-none = Liitäntöjä ei ole.
ports-runs-file = Käytössä: tiedostot.
ports-runs-stand-in = Tilapäisesti: viestit odottavat tiedostoina, kunnes toinen ohjelma ottaa ne.
ports-runs-smtp = Käytössä: sähköpostipalvelin.
ports-runs-webhook = Käytössä: allekirjoitetut pyynnöt.
ports-runs-oidc = Käytössä: tunnistuspalvelu.
ports-runs-register = Käytössä: tiedostot, jotka toinen ohjelma tuo.
ports-runs-webrtc = Videotapaamiset toimivat selaimesta selaimeen.
ports-runs-nothing = Ei käytössä: asetuksista puuttuu jotain, ja viestit odottavat.
ports-runs-not-yet = Tätä ei ole vielä tarkistettu.
ports-taken = Viimeksi otettu vastaan
ports-taken-none = ei yhtään käynnistyksen jälkeen
ports-waiting = Odottaa lähtöä
ports-since = vanhin { $day }
ports-code = Syy { $code }: { $count }
ports-may-tell = Lähtenyt, tieto perillemenosta voi vielä tulla
ports-files = Tiedostoja
ports-files-of = sisään { $in }, ulos { $out }, perillä { $done }, hylätty { $refused }
ports-looked = Tarkistettu
ports-to-do = Mitä hyvinvointialueen pitää vielä tehdä
ports-contract = Sovittava
ports-configure = Asetettava
ports-failed = Viestit, jotka eivät menneet perille
ports-failed-none = Kaikki ovat menneet perille tai ovat matkalla.
ports-failed-what = Jokaisesta on lisätty tehtävä yksikön työlistalle.
ports-tasks = { $count ->
    [one] { $shown } tehtävä
   *[other] { $shown } tehtävää
}
