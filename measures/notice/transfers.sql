--- id = "notice.transfers"
--- kind = "mean"
--- part_of = "notice.received"
--- unit = "transfers"
--- better = "lower"
--- value = "handed"
--- name = { fi = "Siirtoja ilmoitusta kohti", sv = "Överföringar per anmälan", en = "Transfers for each notice" }
--- source = "Western Uusimaa county: the common way in for notices under the Social Welfare Act; the source gives no value"
--- about = { fi = "Kuinka monta kertaa ilmoitus siirrettiin jonosta toiseen, keskimäärin. Päällekkäinen ilmoitus kulkee aiemman mukana eikä ole luvussa.", sv = "Hur många gånger en anmälan överfördes från en kö till en annan, i medeltal. En dubbel anmälan går med den tidigare och räknas inte.", en = "How many times a notice was handed from one queue to another, on average. A duplicate goes with the earlier notice and is not counted." }
SELECT
  contact_id AS case_id,
  resident_id,
  unit_id,
  opened_at AS at,
  CAST(transfers AS DOUBLE) AS handed
FROM contacts
WHERE kind = 'notice'
  AND duplicate_of IS NULL
  AND opened_at >= $from
  AND opened_at < $to
