section-ports = Anslutningar
ports-lead = Vilken väg meddelandena går ut, vad som är i bruk och vad välfärdsområdet ännu ska skaffa.
ports-none = Det finns inga anslutningar.
ports-runs-file = I bruk: filer.
ports-runs-stand-in = Tillfälligt: meddelandena väntar som filer tills ett annat program tar dem.
ports-runs-smtp = I bruk: e-postserver.
ports-runs-webhook = I bruk: signerade anrop.
ports-runs-oidc = I bruk: identifikationstjänsten.
ports-runs-register = I bruk: filer som ett annat program lägger dit.
ports-runs-webrtc = Videomöten fungerar från webbläsare till webbläsare.
ports-runs-nothing = Inte i bruk: något saknas i inställningarna och meddelandena väntar.
ports-runs-not-yet = Den här har inte kontrollerats ännu.
ports-taken = Senast mottaget
ports-taken-none = inget sedan starten
ports-waiting = Väntar på att gå ut
ports-since = äldsta { $day }
ports-code = Orsak { $code }: { $count }
ports-may-tell = Har gått ut, besked kan ännu komma
ports-files = Filer
ports-files-of = in { $in }, ut { $out }, framme { $done }, avvisade { $refused }
ports-looked = Kontrollerad
ports-to-do = Vad välfärdsområdet ännu ska göra
ports-contract = Att avtala
ports-configure = Att ställa in
ports-failed = Meddelanden som inte kom fram
ports-failed-none = Alla har kommit fram eller är på väg.
ports-failed-what = För varje finns en uppgift på enhetens arbetslista.
ports-tasks = { $count ->
    [one] { $shown } uppgift
   *[other] { $shown } uppgifter
}
