--- id = "volume.transfers"
--- kind = "count"
--- part_of = "volume.contacts"
--- unit = "contacts"
--- better = "lower"
--- published = ["service"]
--- name = { fi = "Siirretyt yhteydenotot", sv = "Överförda kontakter", en = "Contacts handed over" }
--- source = "Work queues and transfer practices, Western Uusimaa county's programme 2025; the county's own definition"
--- about = { fi = "Yhteydenotot, jotka siirrettiin ainakin kerran toiseen jonoon. Monta kertaa siirretty lasketaan kerran, siinä yksikössä, joka siitä nyt vastaa.", sv = "Kontakter som överfördes minst en gång till en annan kö. Den som överfördes flera gånger räknas en gång, vid den enhet som nu ansvarar för den.", en = "Contacts handed over at least once to another queue. One that was handed over several times counts once, at the unit that answers for it now." }
SELECT
  contact_id AS case_id,
  resident_id,
  caller_key,
  unit_id,
  service,
  opened_at AS at
FROM contacts
WHERE transfers > 0
  AND kind = 'request'
  AND opened_at >= $from
  AND opened_at < $to
