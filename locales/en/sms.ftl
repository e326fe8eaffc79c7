sms-channel = Text message
sms-no-calls = No callback is offered
sms-what = The client wrote a text message: they may not hear, or be able to speak on the telephone. Your answer goes as a text message to the same number, and others may see it. Write no identity code, no name and nothing else by which the client can be recognised.
sms-stopped = The client has asked for no messages. You can answer again when they write.
sms-parts = { $count ->
    [one] { $shown } text message
   *[other] { $shown } text messages
}
sms-length = Length: { $places } characters, { $parts }
sms-wide = One character makes the message shorter: only 70 fit into one text message. A smiley is such a character.
sms-most = One text message takes 160 characters. An answer can be { $most } text messages at most.
sms-send = Send text message
sms-event-stopped = The client asked for no messages
wrong-sms-parts = Your answer goes as several text messages. Look at its length and shorten it, or send it as it is.
wrong-sms-long = The answer is too long for a text message. Shorten it.
wrong-sms-code = There is an identity code in the answer. Take it out, for others may see the message.
wrong-sms-stopped = The client has asked for no messages. The answer was not sent.
wrong-sms-calls = Whoever writes text messages is offered no callback. Answer with a text message.
wrong-sms-files = No file goes along with a text message.
