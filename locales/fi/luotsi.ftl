## frame
skip = Siirry sisältöön
languages = Kielet
sections = Osiot
section-home = Etusivu
section-steer = Mittarit
notice-label = Huomautus
notice-synthetic = Tämän hyvinvointialueen asukkaat ja tapahtumat ovat keksittyjä.
footer = Luotsi on avoimen lähdekoodin palvelualusta hyvinvointialueille. Lisenssi EUPL-1.2.
back-home = Takaisin etusivulle

## sign-in
sign-in = Kirjaudu sisään
sign-out = Kirjaudu ulos
sign-in-title = Kirjautuminen
sign-in-demo = Tämä on esittelyalue. Valitse rooli, jossa haluat katsoa Luotsia. Salasanaa ei kysytä.
sign-in-later = Tunnistautumista ei ole otettu tällä palvelimella käyttöön. Esittelyyn pääsee komennolla luotsi demo.
role-resident = Asukas
role-nurse = Hoitaja
role-physician = Lääkäri
role-lead = Tiimin vetäjä
role-manager = Johtaja
role-evaluator = Arvioija
role-analyst = Analyytikko
role-privacy = Tietosuojavastaava
role-admin = Pääkäyttäjä
role-editor = Sisällöntuottaja
role-fees = Palkkiovastaava
role-resident-about = Ottaa yhteyttä ja hoitaa omia asioitaan.
role-nurse-about = Vastaa yhteydenottoihin ja arvioi hoidon tarpeen.
role-physician-about = Hoitaa potilaita ja näkee oman yksikön mittarit.
role-lead-about = Seuraa jonoja ja oman tiimin mittareita, näkee tapaukset lukujen takana.
role-manager-about = Johtaa palveluja mitatun tiedon varassa, näkee tapaukset lukujen takana.
role-evaluator-about = Arvioi, mitä muutoksista seurasi.
role-analyst-about = Määrittelee mittareita ja vie tiedot muihin välineisiin.
role-privacy-about = Valvoo, kuka on nähnyt mitä.
role-admin-about = Ylläpitää yksiköt, ihmiset ja oikeudet.
role-editor-about = Kirjoittaa palvelut, ohjeet ja lomakkeet.
role-fees-about = Maksaa palkkiot sopimuksen ja mitatun laadun mukaan.

## home
home-title = Palvelut, joiden vaikutus mitataan
home-lead = Luotsi vie yhteydenoton avuksi ja avun tulokseksi: asukkaan asia tulee perille, apu lähtee, vaikutus mitataan ja palveluja ohjataan sen mukaan.
home-steer = Jokaisen yksikön mittarit, niiden ohjauskortit, määritelmät ja luvut.
home-sign-in = Valitse rooli ja katso esittelyaluetta.
home-own-title = Omat tiedot
home-own = Tuo taulukot komennolla luotsi import ja laske mittarit komennolla luotsi measure run.
home-how-title = Näin luku syntyy
home-how-1 = Mitä tapahtui, kirjataan kerran: yhteydenotto, arvio, käynti, palaute.
home-how-2 = Mittari on kysely tapauksista. Sen määritelmä on näkyvissä luvun vieressä.
home-how-3 = Ohjauskortti erottaa muutoksen satunnaisesta vaihtelusta.
home-how-4 = Alle viiden ihmisen luvut peitetään, myös vähennyslaskun varalta.
missing-title = Sivua ei löydy
missing-lead = Sivua ei ole, tai se ei ole avoinna sinulle. Tästä pääsee eteenpäin:

## steer
unit-tree = Yksiköt
view-list = Näytä luettelona
view-matrix = Näytä matriisina
owner = Omistaja
source = Lähde
measure = Mittari
latest = Viimeisin
target = Tavoite
variation = Vaihtelu
assurance = Tavoitteen varmuus
course = Kulku
no-target = Ei tavoitetta
too-few-points = Liian vähän jaksoja
variation-common = Satunnaista
variation-improvement-high = Paranee, nousee
variation-improvement-low = Paranee, laskee
variation-concern-high = Huononee, nousee
variation-concern-low = Huononee, laskee
variation-neutral-high = Muuttuu, nousee
variation-neutral-low = Muuttuu, laskee
assurance-meets = Täyttyy
assurance-hit-or-miss = Vaihtelee
assurance-misses = Ei täyty
matrix-concern = Huolta
matrix-common = Ei muutosta
matrix-improvement = Paranee
legend-title = Mitä merkit kertovat
legend-variation = Vaihtelu kertoo, poikkeaako viimeisin jakso siitä, mikä on tavallista: kolmio on huononeminen, vinoneliö paraneminen, piste satunnaista.
legend-assurance = Tavoitteen varmuus kertoo, täyttyykö tavoite nykymenolla: P täyttyy, F ei täyty, ? vaihtelee.
legend-hidden = Peitetty tarkoittaa, että luvun takana on alle viisi ihmistä tai että luku paljastaisi sellaisen.
hidden = Peitetty pienen ihmismäärän vuoksi
hidden-short = Peitetty
no-cases = Ei tapauksia
window-before-data = Aineisto alkaa myöhemmin

## measure
back-to-scorecard = Takaisin mittareihin: { $unit }
back-to-measure = Takaisin mittariin: { $measure }
unit = Yksikkö
chart = Kuvaaja
show = Näytä
chart-xmr = Ohjauskortti (XmR)
chart-p = Osuuskortti (p)
chart-pp = Osuuskortti, suuret määrät (p′)
chart-c = Lukumääräkortti (c)
chart-run = Juoksukaavio
chart-upper = Yläraja
chart-centre = Keskitaso
chart-lower = Alaraja
chart-target = Tavoite
sentence-latest = { $period }: { $value }.
sentence-common = Viimeisin arvo on tavallista vaihtelua.
sentence-too-few = Jaksoja on liian vähän, jotta muutoksen voisi erottaa sattumasta.
sentence-improvement-high = Arvot paranevat, suunta ylös ({ $rule }), alkaen { $since }.
sentence-improvement-low = Arvot paranevat, suunta alas ({ $rule }), alkaen { $since }.
sentence-concern-high = Arvot huononevat, suunta ylös ({ $rule }), alkaen { $since }.
sentence-concern-low = Arvot huononevat, suunta alas ({ $rule }), alkaen { $since }.
sentence-neutral-high = Arvot muuttuvat ylös ({ $rule }), alkaen { $since }.
sentence-neutral-low = Arvot muuttuvat alas ({ $rule }), alkaen { $since }.
sentence-limits = Tavallisesti arvo on { $lower } – { $upper }, keskimäärin { $centre }.
sentence-meets = Tavoite { $target } täyttyy nykymenolla.
sentence-hit-or-miss = Tavoite { $target } täyttyy välillä ja välillä ei.
sentence-misses = Tavoite { $target } ei täyty ilman muutosta.
rule-outside = rajan ulkopuolella
rule-trend = seitsemän peräkkäin samaan suuntaan
rule-two_of_three = kaksi kolmesta lähellä rajaa
rule-shift = seitsemän peräkkäin samalla puolella
rule-crossings = keskitaso ylittyy harvoin
caption-rules = Rajat: keskiarvo ± 2,66 × liukuvien vaihteluvälien keskiarvo; säännöt Making Data Count. Kolmio huononee, vinoneliö paranee, piste on satunnaista.
caption-trial = Rajat ovat alustavia, koska arvoja on alle 13.
interval = 95 %:n väli
cases-count = Tapauksia
coverage = Kattavuus
as-of = Tilanne
decisions = Päätökset
decision-target = Tavoite alkaen { $period }: { $why } ({ $who }, { $on })
decision-rebase = Rajat lasketaan uudelleen alkaen { $period }: { $why } ({ $who }, { $on })
table = Taulukko
csv = Lataa taulukko (CSV)
period = Jakso
value = Arvo
signal = Merkki
cases = Tapaukset
open = Avaa
cases-closed = Tapaukset avautuvat, kun jokainen katselu kirjataan.
cases-failed = Tapauksia ei saatu haettua. Yritä hetken kuluttua uudelleen.
definition = Määritelmä
direction = Suunta
better-higher = Suurempi on parempi
better-lower = Pienempi on parempi
better-neither = Ei hyvää eikä huonoa suuntaa
kind = Laji
kind-count = Lukumäärä
kind-persons = Ihmisiä
kind-stock = Määrä jakson lopussa
kind-share = Osuus
kind-mean = Keskiarvo
kind-median = Mediaani
kind-ratio = Suhde
kind-nps = Suositteluluku
kind-classes = Jakauma
identifier = Tunnus
query = Kysely
query-about = Kysely antaa rivin jokaisesta tapauksesta. Ryhmittely, luottamusvälit ja peittäminen ovat kaikille mittareille samat.
unit-days-short = pv
unit-minutes-short = min

## numbers
signals-count = { $count ->
    [one] { $shown } merkki
   *[other] { $shown } merkkiä
}
caption-screened = { $count ->
    [one] Rajoista on jätetty pois { $shown } poikkeava vaihteluväli.
   *[other] Rajoista on jätetty pois { $shown } poikkeavaa vaihteluväliä.
}
cases-found = { $count ->
    [one] { $shown } tapaus
   *[other] { $shown } tapausta
}
cases-first = { $count ->
    [one] Näytetään ensimmäinen.
   *[other] Näytetään { $shown } ensimmäistä.
}
by-channel = Jakautuminen yhteydenottotavan mukaan, { $period }
by-profession = Jakautuminen ammatin mukaan, { $period }
by-service = Jakautuminen palvelun mukaan, { $period }
by-modality = Jakautuminen tavan mukaan, { $period }
by-class = Jakautuminen luokan mukaan, { $period }
dimension-channel = Yhteydenottotapa
dimension-profession = Ammatti
dimension-service = Palvelu
dimension-modality = Tapa
dimension-class = Luokka
value-unknown = Ei tiedossa
