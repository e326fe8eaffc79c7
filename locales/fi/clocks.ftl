clocks-why = Miksi?
clocks-since = Voimassa { $day } alkaen.
clocks-source = Lähde
clocks-unconfirmed = Sääntöä ei ole vielä tarkistettu alkuperäisestä lähteestä.
clocks-step-need_established = Tarve todettiin { $day }. Sitä päivää ei lasketa.
clocks-step-received = Yhteydenotto saapui { $day }.
clocks-step-under = Asiakas oli silloin { $age }-vuotias. Sääntö koskee alle { $limit }-vuotiaita.
clocks-step-from = Asiakas oli silloin { $age }-vuotias. Sääntö koskee { $limit } vuotta täyttäneitä.
clocks-step-counts = Virka-ajan ulkopuolella: aika lasketaan päivästä { $day }.
clocks-step-days = { $count ->
    [0] Määräaika on sama päivä.
    [one] Aikaa on { $shown } päivä.
   *[other] Aikaa on { $shown } päivää.
}
clocks-step-months = { $count ->
    [one] Aikaa on { $shown } kuukausi.
   *[other] Aikaa on { $shown } kuukautta.
}
clocks-step-weekdays = { $count ->
    [0] Määräaika on sama arkipäivä.
    [one] Aikaa on { $shown } arkipäivä.
   *[other] Aikaa on { $shown } arkipäivää.
}
clocks-step-month = Kuukaudessa ei ole tätä päivää, joten viimeinen päivä on { $day }.
clocks-step-follows = Sääntö muuttui { $day }, ja muutos koskee myös jo alkaneita määräaikoja.
clocks-step-ends = Viimeinen päivä on { $day }.
clocks-step-asked = Kysymys esitettiin { $day }.
clocks-pause-waiting_client = Aika ei kulu, kun odotamme asiakkaan vastausta. Se alkaa alusta, kun vastaus tulee.
clocks-pause-closed_hours = Vain arkipäivät lasketaan.
