--- id = "notice.route_days"
--- kind = "mean"
--- part_of = "notice.received"
--- unit = "days"
--- better = "lower"
--- value = "days"
--- name = { fi = "Ilmoituksesta päättävään yksikköön", sv = "Från anmälan till enheten som beslutar", en = "From notice to the deciding unit" }
--- source = "Western Uusimaa county: the common way in for notices under the Social Welfare Act; the source gives no value"
--- about = { fi = "Päiviä ilmoituksen tulosta siihen, kun yksikkö, joka päätti asiasta, otti sen käsittelyyn, paikalliset päivät. Päällekkäinen ilmoitus kulkee aiemman mukana, joten matka lasketaan kerran. Mukana ovat käsitellyt ilmoitukset.", sv = "Dagar från att anmälan kom tills enheten som avgjorde saken tog den till behandling, lokala dagar. En dubbel anmälan går med den tidigare, så vägen räknas en gång. Behandlade anmälningar är med.", en = "Days from the notice until the unit that decided took it up, local days. A duplicate goes with the earlier notice, so that the way counts once. Notices that were dealt with are in it." }
SELECT
  contact_id AS case_id,
  resident_id,
  unit_id,
  opened_at AS at,
  CAST(CAST(local_date(assessed_at) AS INT) - CAST(local_date(opened_at) AS INT) AS DOUBLE) AS days
FROM contacts
WHERE kind = 'notice'
  AND duplicate_of IS NULL
  AND assessed_at >= opened_at
  AND opened_at >= $from
  AND opened_at < $to
