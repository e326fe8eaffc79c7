--- id = "notice.duplicate_share"
--- kind = "share"
--- part_of = "notice.received"
--- unit = "share"
--- better = "lower"
--- hit = "repeated"
--- name = { fi = "Päällekkäisten ilmoitusten osuus", sv = "Andel dubbla anmälningar", en = "Share of duplicate notices" }
--- source = "Western Uusimaa county: the common way in for notices under the Social Welfare Act; the source gives no value"
--- about = { fi = "Ilmoitukset, jotka ammattilainen on todennut koskevan samaa henkilöä kuin aiempi ilmoitus, kaikista ilmoituksista. Kuukausi on se, jona ilmoitus tuli.", sv = "Anmälningar som en yrkesperson har konstaterat gälla samma person som en tidigare anmälan, av alla anmälningar. Månaden är den då anmälan kom.", en = "Notices that a professional found to be about the same person as an earlier one, out of all notices. The month is that in which the notice came." }
SELECT
  contact_id AS case_id,
  resident_id,
  unit_id,
  opened_at AS at,
  duplicate_of IS NOT NULL AS repeated
FROM contacts
WHERE kind = 'notice'
  AND opened_at >= $from
  AND opened_at < $to
