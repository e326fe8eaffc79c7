protected-title = Varaa aikaa muulle työlle
protected-hint = Kukaan ei voi varata tätä aikaa sinulta.
protected-what = Mihin?
protected-date = Päivä
protected-keep = Varaa aika
protected-on-day = Päivystykset ja muu työ
protected-nobody-books = Tätä aikaa ei voi varata
protected-change = Siirrä aika tai luovu siitä
protected-why = Miksi?
protected-move = Siirrä aika
protected-release = Luovu ajasta
protected-given-up = Siirretty tai peruttu
protected-wrong-date = Anna päivä.
protected-wrong-why = Kerro syy enintään 500 merkillä.
protected-wrong-most = Tähän ei voi varata enempää aikaa samalle päivälle.
protected-wrong-taken = Tähän aikaan on jo varaus. Valitse toinen aika tai siirrä varaus ensin.
day-did-released = Ajasta on luovuttu.
day-did-protected-moved = Aika on siirretty.
calendar-did-protected = Aika on varattu muulle työlle.
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
