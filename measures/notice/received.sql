--- id = "notice.received"
--- kind = "count"
--- unit = "notices"
--- better = "neither"
--- name = { fi = "Saapuneet ilmoitukset", sv = "Inkomna anmälningar", en = "Notices received" }
--- source = "Western Uusimaa county: the common way in for notices under the Social Welfare Act; the source gives no value"
--- about = { fi = "Sosiaalihuoltolain ja lastensuojelulain mukaiset ilmoitukset, jokainen kerran, myös kun samasta henkilöstä on jo ilmoitettu.", sv = "Anmälningar enligt socialvårdslagen och barnskyddslagen, var och en en gång, även när samma person redan har anmälts.", en = "Notices under the Social Welfare Act and the Child Welfare Act, each once, also where the same person was reported before." }
SELECT
  contact_id AS case_id,
  resident_id,
  unit_id,
  opened_at AS at
FROM contacts
WHERE kind = 'notice'
  AND opened_at >= $from
  AND opened_at < $to
