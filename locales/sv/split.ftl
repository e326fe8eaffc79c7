split-title = Ge en del av ärendet till andra
split-effect = Delen går till en egen kö och får en egen handläggare och tidsfrist. Resten stannar hos dig. Klienten ser alla delar på en sida och skriver om dem på ett ställe.
split-said = Klienten har skrivit
split-to = Vart går delen?
split-text = Vad gäller delen?
split-text-hint = Skriv bara det som mottagaren behöver. Mottagaren ser inget annat, och klienten ser texten.
split-send = Ge delen
split-parts = Delar
split-part = Del av ett större ärende
split-part-of = Andra sköter de övriga delarna.
split-elsewhere = En del som sköts på annat håll
split-open = Pågår
split-over = Klar
split-wrong-text = Skriv vad delen gäller.
split-wrong-holder = Bara den som har ärendet kan ge en del av det. Din text finns kvar.
event-split = En del gavs till andra
event-split-to = En del gavs till:
event-taken-back = Delen togs tillbaka
did-split = Delen är given. Din egen del är kvar hos dig: markera den som klar när du har skött den.
shown-split = En del av ditt ärende gick också till andra
parts-about = Vad gäller ditt meddelande?
parts-unsure = Jag vet inte
parts-count = { $count ->
    [one] Ditt ärende har { $shown } del. Du skriver om den här.
   *[other] Ditt ärende har { $shown } delar. Du skriver om dem alla här.
}
