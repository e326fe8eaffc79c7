--- window_months = 12
--- better = "higher"
--- unit = "index"
---
--- [continuity.coc]
--- id = "continuity.coc"
--- part_of = "continuity.without_professional"
--- kind = "mean"
--- value = "coc"
--- name = { fi = "Hoidon jatkuvuus, COC", sv = "Vårdkontinuitet, COC", en = "Continuity of care, COC" }
--- source = "Bice & Boxerman 1977; Sidaway-Lee et al. 2023 (doi 10.3399/bjgp23X733161), Table 2; Finnish use: physicians, visits and phone, non-urgent, mean of persons"
--- about = { fi = "Todennäköisyys, että kaksi satunnaista käyntiä 12 kuukauden aikana oli samalla lääkärillä; asukkaiden keskiarvo. Yhden käynnin asukkaat eivät ole mukana.", sv = "Sannolikheten att två slumpvisa besök under 12 månader var hos samma läkare; medelvärde över invånare. Invånare med ett besök är inte med.", en = "Chance that two random visits in 12 months were with the same doctor; mean over residents. Residents with one visit are left out." }
---
--- [continuity.upc]
--- id = "continuity.upc"
--- part_of = "continuity.without_professional"
--- kind = "mean"
--- value = "upc"
--- name = { fi = "Tavallisimman lääkärin osuus, UPC", sv = "Vanligaste läkarens andel, UPC", en = "Usual provider of care, UPC" }
--- source = "Breslau & Reeb 1975; Sidaway-Lee et al. 2023, Table 2"
--- about = { fi = "Osuus käynneistä sillä lääkärillä, jota asukas tapasi eniten; asukkaiden keskiarvo.", sv = "Andel besök hos den läkare som invånaren träffade mest; medelvärde över invånare.", en = "Share of visits with the doctor seen most; mean over residents." }
---
--- [continuity.secon]
--- id = "continuity.secon"
--- part_of = "continuity.without_professional"
--- kind = "mean"
--- value = "secon"
--- name = { fi = "Peräkkäinen jatkuvuus, SECON", sv = "Sekventiell kontinuitet, SECON", en = "Sequential continuity, SECON" }
--- source = "Steinwachs 1979; Sidaway-Lee et al. 2023, Table 2"
--- about = { fi = "Osuus peräkkäisistä käyntipareista, joissa lääkäri pysyi samana; asukkaiden keskiarvo.", sv = "Andel på varandra följande besökspar med samma läkare; medelvärde över invånare.", en = "Share of consecutive pairs of visits with the same doctor; mean over residents." }
---
--- [continuity.slicc]
--- id = "continuity.slicc"
--- part_of = "continuity.without_professional"
--- kind = "ratio"
--- unit = "share"
--- numerator = "own"
--- denominator = "named"
--- name = { fi = "Käynnit omalla lääkärillä, SLICC", sv = "Besök hos egen läkare, SLICC", en = "Visits with one’s own doctor, SLICC" }
--- source = "Sidaway-Lee et al. 2019 (doi 10.3399/bjgp19X701813)"
--- about = { fi = "Nimetyn lääkärin asukkaiden käynneistä ne, jotka olivat hänen luonaan. Myös yhden käynnin asukkaat ovat mukana.", sv = "Av besöken av invånare med namngiven läkare de som var hos denne. Även invånare med ett besök är med.", en = "Of the visits by people with a named doctor, those with that doctor. People with one visit count." }
---
--- [continuity.without_professional]
--- id = "continuity.without_professional"
--- kind = "ratio"
--- unit = "share"
--- better = "lower"
--- numerator = "missing"
--- denominator = "met"
--- name = { fi = "Käynnit ilman tietoa lääkäristä", sv = "Besök utan uppgift om läkare", en = "Visits without a recorded doctor" }
--- source = "Sidaway-Lee et al. 2023: visits without a known provider are left out; above 5 % the indices of continuity tell little"
--- about = { fi = "Osuus lääkärikäynneistä, joihin ei ole kirjattu lääkäriä. Ne eivät ole mukana jatkuvuuden mittareissa: jos niitä on yli viisi prosenttia, mittarit kertovat vähän.", sv = "Andel läkarbesök där ingen läkare har antecknats. De är inte med i måtten på kontinuitet: är de över fem procent säger måtten lite.", en = "Share of visits to doctors for which no doctor was recorded. They are left out of the indices of continuity: above five percent these tell little." }
SELECT
  resident_id AS case_id,
  resident_id,
  unit_id,
  at,
  coc,
  upc,
  secon,
  CASE WHEN named > 0 THEN own END AS own,
  CASE WHEN named > 0 THEN named END AS named,
  missing,
  visits + missing AS met
FROM continuity()
