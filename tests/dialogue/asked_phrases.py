"""Ways in which callers do and do not ask for a person."""

REQUESTS = """
i want to talk to a person
can i speak to someone please
agent
operator
representative representative
give me a human
just get me a real person
i'd like to speak with a customer service representative
could you put me through to somebody
transfer me to an agent
connect me with a live agent
let me talk to your manager
i don't want to talk to a robot
is there a real person i can talk to
speak to a human being
i need to speak with an actual person
can you get someone on the phone
i'd rather talk to a human
can i have a person please
stop i want a person
no i want to talk to a human
human please
i'm not talking to a machine
get me out of this thing and give me a person
please hand me over to a colleague
real person
i need a human
live agent now
may i speak to an advisor
can somebody real help me
talk to someone
i would like to be transferred to a representative
could i please be connected to an operator
can you connect me
put me through to customer service
i wanna talk to somebody
lemme speak to a supervisor
is anybody there
hello is there anyone there
can i talk to a live person about my account
i want to speak with someone about my dispute
get me your supervisor
enough get me an agent
i said agent
agent damn it
i need someone to talk to
i need to talk to a teller
can a human help me
someone please
i would prefer a real human being
do you have a real person there
will you let me speak to a person
i'm going to need a person
how do i get to a person
how can i speak to somebody
how do i talk to a human
pass me to an operator
switch me over to a person
i want a real agent not a bot
just an agent
customer service please
let me speak to customer support
forward me to a member of staff
i demand to speak to the manager
please let me talk to one of your people
a person
to a person please
can i get a person on the line
can i be put through to someone
i'd like an agent
i want an agent please thank you
no not the machine a person
skip this and get me to a person
person
yes a person please
i want to complain to a real person
could you fetch someone
any chance of talking to a human
i'd like a word with someone
i need help from a person
need to speak to someone urgently
would it be possible to speak with a human
you're a machine i want a human
could you please just get me a person
i've had enough let me speak to a human being
is there any way to speak to a real person
i'd like to speak to the person in charge
would you mind putting me through to someone
i need an actual human
stop talking and get me an operator
hi can i speak to a representative about a loan
connect me with someone who knows what they're doing
i would like human assistance
live agent please
talk to an agent
talk to agent
speak to representative
get me an agent now
no i don't want that i want to speak to a person
i'd prefer to talk to a person rather than a machine
customer service representative
are there any humans there
can't i just talk to someone
why can't i talk to a person
this is ridiculous i want to speak to someone
i don't understand can i talk to somebody
can you have someone talk to me
i want someone to help me
i need somebody to help me
i wish to speak with an agent
speak with a live person
i need to talk to a human about a fraud
put someone on
put a human on the line
i'm asking for a person
let me talk to a real live human
please transfer my call to an agent
please transfer this call to a person
i want out of this robot thing get me a person
oh for god's sake operator
get a person
let me speak to an actual employee
could i have a human on the phone
let me have a person
may i have an operator
i'd love to talk to a person
i want to be connected with a person
i just want to talk to someone
is it possible to get a human
where can i reach a human
reach a representative
just give me customer service
may i please speak to somebody in billing
can i speak to the cards department
i want to talk to the fraud team
put me through to the loan department
""".strip().splitlines()

MENTIONS = """
i work for an estate agent
my real estate agent needs a letter
i'd like an in person appointment
how much does it cost per person
can i make an appointment to speak to an adviser
i spoke to a person yesterday about my card
the agent told me it would arrive on friday
i sent money to the wrong person
transfer two hundred dollars to savings
are you a real person
am i talking to a person
i don't need a person just my balance
another person used my card
my travel agent charged me twice
the representative said you would refund me
i want to transfer money to another person
can someone else use my account
someone stole my card
somebody took money from my account
is there someone's name on that payment
a person charged me twice
the person who stole my wallet
do i need to come in person
how many people can share an account
is the branch manager there on saturday
i'm the account manager of a company
there's a charge from customer connect llc
i want to add a person to my account
i paid a person for a couch
what's my balance
i want to book a time to sit down with an adviser
a man called me and asked for my pin
i talked to someone last week about a loan
no one told me about that fee
agent fees on my statement
someone charged eighty dollars to my card
i need a new card
i lent money to somebody
the operator of the machine kept my card
i need help with my password
can you help me
third person singular
can i open an account for my son
i'd like to visit someone at the branch to sign papers
my agent is state farm and they took a payment
does anyone else have access to my account
i want to check if anyone used my card
human resources sent my paycheck
can someone help me with my balance
can you tell me if anyone withdrew money
someone in my family used the card
i want to move money to a person i owe
what does it cost to wire money to someone in mexico
my manager asked me to call about payroll
is the operator charge refundable
i got a call from an agent of yours
i'd like a meeting with a loan officer
i need a loan for a person with bad credit
do you need to see me in person
how many people work there
i already talked to a representative and he opened a dispute
i met with an adviser at the branch
can i schedule a call with an adviser
who is the person on the statement
a lady at the branch helped me open it
when i spoke to the agent he promised a refund
the man at the counter kept my card
does a person need to be eighteen to open an account
can a person withdraw cash without a card
someone else's payment is on my account
i want to give somebody access to my account
tell me about the staff discount
what are the agent banking fees
""".strip().splitlines()
