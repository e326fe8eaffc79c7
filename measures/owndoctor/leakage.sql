--- id = "owndoctor.leakage"
--- kind = "share"
--- unit = "share"
--- better = "lower"
--- hit = "elsewhere"
--- name = { fi = "Listan käynnit muualla", sv = "Listans besök någon annanstans", en = "The list's visits elsewhere" }
--- source = "Reporting for the practitioners' fee model, Western Uusimaa county's programme 2025: a population that is too large or heavy leaks elsewhere"
--- [about]
--- fi = "Osuus listalla olevien asukkaiden lääkärin ja hoitajan käynneistä avosairaanhoidossa, jotka antoi joku muu kuin oma pari. Käynti lasketaan parille, jonka listalla asukas oli käyntipäivänä."
--- sv = "Andel av läkar- och skötarbesöken i öppen sjukvård av invånare på listan som gavs av någon annan än det egna paret. Besöket räknas för det par på vars lista invånaren stod på besöksdagen."
--- en = "Share of the visits to physicians and nurses in outpatient care by residents of the list that were given by somebody else than the own pair. A visit counts for the pair on whose list the resident was on the day."
SELECT
  e.encounter_id AS case_id,
  e.resident_id,
  r.unit_id,
  e.profession,
  e.started_at AS at,
  CASE
    WHEN e.professional_id IS NOT NULL
      THEN e.professional_id <> coalesce(r.physician_id, '') AND e.professional_id <> coalesce(r.nurse_id, '')
  END AS elsewhere
-- By the pair whose list it is, which is seldom the unit of the visit: such counts are no part of those of visits.
FROM registrations r
JOIN encounters e ON e.resident_id = r.resident_id
WHERE e.status = 'done'
  AND e.service = 'outpatient'
  AND e.profession IN ('physician', 'nurse')
  AND (r.physician_id IS NOT NULL OR r.nurse_id IS NOT NULL)
  AND r.valid_from <= local_date(e.started_at)
  AND (r.valid_to IS NULL OR r.valid_to > local_date(e.started_at))
  AND e.started_at >= $from
  AND e.started_at < $to
