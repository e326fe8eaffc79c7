--- kind = "share"
--- part_of = "volume.contacts"
--- unit = "share"
--- better = "higher"
---
--- [access.reached_share]
--- id = "access.reached_share"
--- hit = "reached"
--- name = { fi = "Tavoitettujen osuus", sv = "Andel som nåddes", en = "Share reached" }
--- source = "Erlang's answer rate by person: answered or called back of those who called; a redial counts once"
--- [access.reached_share.about]
--- fi = "Osuus soittaneista, joiden kanssa päästiin puhumaan heti tai takaisinsoitolla. Vielä auki olevat ja määräajassaan olevat näkyvät kattavuudessa. Toistetut puhelut lasketaan kerran."
--- sv = "Andel av dem som ringde som man fick tala med direkt eller genom återuppringning. De som ännu är öppna syns i täckningen. Upprepade samtal räknas en gång."
--- en = "Share of callers who were talked to, directly or when called back. Those still open show in the coverage. Repeated calls count once."
---
--- [access.reached_same_day]
--- id = "access.reached_same_day"
--- hit = "same_day"
--- name = { fi = "Tavoitettu samana päivänä", sv = "Nådd samma dag", en = "Reached the same day" }
--- source = "Act 1326/2010 § 51: contact on the same weekday; rules/calendar.toml, rule contact; told apart from the first attempt, which may find nobody"
--- [access.reached_same_day.about]
--- fi = "Osuus soittaneista, joiden kanssa päästiin puhumaan saman arkipäivän aikana. Pelkkä yritys ei riitä. Virka-ajan jälkeen soittanut kuuluu seuraavaan arkipäivään. Toistetut puhelut lasketaan kerran."
--- sv = "Andel av dem som ringde som man fick tala med under samma vardag. Ett försök räcker inte. Den som ringde efter tjänstetid hör till följande vardag. Upprepade samtal räknas en gång."
--- en = "Share of callers who were talked to on the same weekday. An attempt alone is not enough. One who called after office hours belongs to the next weekday. Repeated calls count once."
SELECT
  contact_id AS case_id,
  resident_id,
  caller_key,
  unit_id,
  service,
  channel,
  opened_at AS at,
  CASE
    WHEN reached_at <= $as_of THEN true
    WHEN closed_at <= $as_of THEN false
  END AS reached,
  CASE
    WHEN reached_at <= $as_of AND reached_at <= office_due(opened_at, 'contact') THEN true
    WHEN office_due(opened_at, 'contact') > $as_of THEN NULL
    ELSE false
  END AS same_day
FROM contacts
WHERE channel IN ('phone', 'callback')
  AND kind = 'request'
  AND duplicate_of IS NULL
  AND opened_at >= $from
  AND opened_at < $to
