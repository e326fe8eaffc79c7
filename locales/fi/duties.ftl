kept-title = Varaa aikaa muulle työlle
kept-hint = Kukaan ei voi varata tätä aikaa sinulta.
kept-what = Mihin?
kept-date = Päivä
kept-keep = Varaa aika
kept-on-day = Päivystykset ja muu työ
kept-nobody-books = Tätä aikaa ei voi varata
kept-change = Siirrä aika tai luovu siitä
kept-why = Miksi?
kept-move = Siirrä aika
kept-release = Luovu ajasta
kept-given-up = Siirretty tai peruttu
kept-wrong-date = Anna päivä.
kept-wrong-why = Kerro syy enintään 500 merkillä.
kept-wrong-most = Tähän ei voi varata enempää aikaa samalle päivälle.
kept-wrong-taken = Tähän aikaan on jo varaus. Valitse toinen aika tai siirrä varaus ensin.
day-did-released = Ajasta on luovuttu.
day-did-kept-moved = Aika on siirretty.
calendar-did-kept = Aika on varattu muulle työlle.
calendar-did-duty = Päivystys on annettu.
calendar-did-duty-end = Päivystys on otettu pois.
duty-who = Kuka päivystää?
duty-give = Anna päivystys
duty-end = Ota päivystys pois
duty-wrong-who = Valitse, kuka päivystää.
duty-missing = { $count ->
    [one] yksi päivystäjä puuttuu
   *[other] { $shown } päivystäjää puuttuu
}
