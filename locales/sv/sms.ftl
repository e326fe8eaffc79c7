sms-channel = Textmeddelande
sms-no-calls = Återuppringning erbjuds inte
sms-what = Klienten skrev ett textmeddelande: hen kanske inte hör eller kan tala i telefon. Ditt svar går som textmeddelande till samma nummer, och andra kan se det. Skriv ingen personbeteckning, inget namn och inget annat som klienten kan kännas igen på.
sms-stopped = Klienten har bett om att inte få meddelanden. Du kan svara igen när hen skriver på nytt.
sms-parts = { $count ->
    [one] { $shown } textmeddelande
   *[other] { $shown } textmeddelanden
}
sms-length = Längd: { $places } tecken, { $parts }
sms-wide = I meddelandet finns ett tecken som gör att bara 70 tecken ryms i ett textmeddelande, till exempel en smiley.
sms-most = I ett textmeddelande ryms 160 tecken. Ett svar kan vara högst { $most } textmeddelanden.
sms-send = Skicka textmeddelande
sms-event-stopped = Klienten bad att inga meddelanden skickas
wrong-sms-parts = Ditt svar går som flera textmeddelanden. Se på längden och förkorta svaret, eller skicka det så här.
wrong-sms-long = Svaret är för långt för ett textmeddelande. Förkorta det.
wrong-sms-code = I svaret finns en personbeteckning. Ta bort den, för andra kan se meddelandet.
wrong-sms-stopped = Klienten har bett om att inte få meddelanden. Svaret skickades inte.
wrong-sms-calls = Den som skriver textmeddelanden erbjuds ingen återuppringning. Svara med ett textmeddelande.
wrong-sms-files = Ett textmeddelande kan inte ha en fil med sig.
