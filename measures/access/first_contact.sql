--- id = "access.first_contact_resolved"
--- kind = "share"
--- part_of = "volume.contacts"
--- unit = "share"
--- better = "higher"
--- hit = "resolved"
--- published = ["service"]
--- name = { fi = "Ratkaistu ensimmäisessä yhteydenotossa", sv = "Löst vid första kontakten", en = "Resolved at first contact" }
--- source = "Centralised advice of social services, Western Uusimaa county's programme 2025; first contact resolution counted on closed contacts"
--- [about]
--- fi = "Osuus päättyneistä yhteydenotoista, jotka ratkesivat neuvontaan siinä yksikössä, johon ne ensin tulivat. Siirretty tai eteenpäin ohjattu yhteydenotto ei ole ratkaistu. Vielä auki olevat näkyvät kattavuudessa."
--- sv = "Andel avslutade kontakter som löstes med rådgivning vid den enhet dit de först kom. En överförd eller hänvisad kontakt är inte löst. De som ännu är öppna syns i täckningen."
--- en = "Share of ended contacts that advice settled at the unit to which they first came. One that was handed over or referred is not. Those still open show in the coverage."
SELECT
  contact_id AS case_id,
  resident_id,
  caller_key,
  unit_id,
  service,
  channel,
  opened_at AS at,
  CASE
    WHEN resolved_at <= $as_of OR closed_at <= $as_of THEN COALESCE(outcome, 'other') = 'advised' AND transfers = 0
  END AS resolved
FROM contacts
WHERE kind = 'request'
  AND part_of IS NULL
  AND duplicate_of IS NULL
  AND opened_at >= $from
  AND opened_at < $to
