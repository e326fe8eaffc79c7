--- id = "directory.visitors"
--- kind = "sum"
--- unit = "visitors"
--- better = "higher"
--- impersonal = true
--- value = "visitors"
--- name = { fi = "Palvelutarjottimen kävijät kuukaudessa", sv = "Besökare på servicebrickan under månaden", en = "Visitors of the service directory in a month" }
--- source = "Final report of Western Uusimaa county's programme 2025: 1,500 visitors in April 2025, 409 in December 2025; another place of it has over 1,000 a month"
--- [about]
--- fi = "Palvelutarjottimen eri kävijät kuukaudessa, kuten sivuston laskuri ne antaa. Päivien kävijöistä ei saa kuukauden kävijöitä."
--- sv = "Olika besökare på servicebrickan under månaden, som webbplatsens räknare ger dem. Månadens besökare är inte summan av dagarnas."
--- en = "Different visitors of the service directory in the month, as the site's counter has them. Those of the days do not add up to those of the month."
SELECT
  concat(site, '/', page, '/', CAST(day AS VARCHAR)) AS case_id,
  CAST(NULL AS BIGINT) AS resident_id,
  CAST(NULL AS VARCHAR) AS unit_id,
  day AS at,
  CAST(visitors AS DOUBLE) AS visitors
FROM visits
WHERE page = 'service-directory'
  AND grain = 'month'
  AND CAST(day AS TIMESTAMP) >= $from
  AND CAST(day AS TIMESTAMP) < $to
