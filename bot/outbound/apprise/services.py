"""The services of Apprise 2.3 through which the bot posts, and the host that each connects to.

Apprise itself can tell neither without loading all of its plugins. Left out is what posts to this
machine or its own network alone, speaks neither HTTP nor SMTP, sends again by itself, carries
messages between two people, takes less than 140 characters, or has an adapter of its own here.
"""

from dataclasses import dataclass
from functools import cache

OWN = "@"
"""The host is the one in the address."""
UNKNOWN = "-"
"""The host depends on more than the address tells."""
MAIL = "smtp"
"""The host is the mail server that Apprise finds for the address."""

_SERVICES = """\
acs - acs
africas_talking api.africastalking.com atalk
apprise_api @ apprise apprises
awswhatsapp - awswhatsapp
bale tapi.bale.ai bale
bark @ bark barks
betterstack - betterstack
bluesky - bluesky bsky
brevo api.brevo.com brevo
bulksms api.bulksms.com bulksms
bulkvs portal.bulkvs.com bulkvs
burstsms api.transmitsms.com burstsms kudosity
chanify api.chanify.net chanify
clickatell platform.clickatell.com clickatell
clicksend rest.clicksend.com clicksend
cliq - cliq zcliq zohocliq
cm gw.messaging.cm.com cm
custom_form @ form forms
custom_json @ json jsons
custom_xml @ xml xmls
d7networks api.d7networks.com d7sms
dingtalk oapi.dingtalk.com dingtalk
discord discord.com discord
dot dot.mindreset.tech dot
eight00com api.800.com eight00com
email smtp mailto mailtos
emby @ emby embys
enigma2 @ enigma2 enigma2s
evolution @ evolution evolutions
exotel - exotel
fcm fcm.googleapis.com fcm
feishu open.feishu.cn feishu
firehydrant signals.firehydrant.com firehydrant
flock api.flock.com flock
flowtriq @ flowtriq flowtriqs
fluxer api.fluxer.app@ fluxer fluxers
fortysixelks api.46elks.com 46elks elks
freemobile smsapi.free-mobile.fr freemobile
github api.github.com github
goalert @ goalert goalerts
google_chat chat.googleapis.com gchat
gorush @ gorush gorushs
gotify @ gotify gotifys
groundmail api.groundmail.dev groundmail
groupme api.groupme.com groupme
guilded media.guilded.gg guilded
gupshup api.gupshup.io gupshup
home_assistant @ hassio hassios
httpsms api.httpsms.com httpsms
humhub @ humhub humhubs
ifttt maker.ifttt.com ifttt
ilert api.ilert.com ilert
incidentio api.incident.io incidentio
infobip - infobip
jellyfin @ jellyfin jellyfins
jira api.atlassian.com jira
join joinjoaomgcd.appspot.com join
kakaotalk kapi.kakao.com kakao kakaotalk
kaleyra - kaleyra klr
kavenegar - kavenegar
kodi - kodi kodis xbmc xbmcs
kook www.kookapp.cn kook
kumulos messages.kumulos.com kumulos
lametric - lametric lametrics
lark open.larksuite.com lark
lauther api.lauther.id lauther
lfgalarm api.lfg.gm lfg
line api.line.me line
mailersend api.mailersend.com mailersend
mailgun - mailgun
matrix webhooks.t2bot.io@ matrix matrixs
mattermost @ mmost mmosts
messagebird rest.messagebird.com msgbird
misskey @ misskey misskeys
mobilemessage api.mobilemessage.com.au mobilemessage mobilemsg
msg91 control.msg91.com msg91
nextcloud @ ncloud nclouds
nextcloudtalk @ nctalk nctalks
notica - notica noticas
notifiarr notifiarr.com notifiarr
notifico - notifico notificos
notifyapp push.getnotifyapp.com notifyapp
notifyre api.notifyre.com notifyre
ntfy ntfy.sh@ ntfy ntfys
octopush api.octopush.com octopush
office365 graph.microsoft.com azure o365
one_signal api.onesignal.com onesignal
onebot @ onebot onebots
opsgenie - opsgenie
opsimate @ opsimate opsimates
pagerduty - pagerduty
pagertree api.pagertree.com pagertree
parseplatform @ parsep parseps
pinglet @ pinglet pinglets
pingram - pingram
plivo api.plivo.com plivo
postmark api.postmarkapp.com postmark
prowl api.prowlapp.com prowl
pushbullet api.pushbullet.com pbul
pushdeer - pushdeer pushdeers
pushed api.pushed.co pushed
pushjet @ pjet pjets
pushme push.i-i.me pushme
pushover api.pushover.net pover
pushplus www.pushplus.plus pushplus wecom
pushsafer - psafer psafers
pushward api.pushward.app pushward
pushy api.pushy.me pushy
qq qmsg.zendee.cn qq
reddit oauth.reddit.com reddit
resend api.resend.com resend
revolt api.revolt.chat revolt
ringcentral - ringc
rocketchat @ rocket rockets
ryver - ryver
sendgrid api.sendgrid.com sendgrid
serverchan sctapi.ftqq.com schan
serwersms api2.serwersms.pl serwersms
ses - ses
seven gateway.seven.io seven
sfr www.dmc.sfr-sh.fr sfr
signal_api @ signal signals
signalgrid api.signalgrid.co signalgrid
signl4 connect.signl4.com signl4
simplepush api.simplepu.sh simplepush spush
sinch - sinch
slack hooks.slack.com slack
smsc smsc.ru smsc
smseagle @ smseagle smseagles
smsmanager http-api.smsmanager.cz smsmanager smsmgr
smstunnel smstunnel.io smstunnel
smtp2go api.smtp2go.com smtp2go
sns - sns
sogs @ session sessions sogs
sparkpost - sparkpost
spike api.spike.sh spike
splunk alert.victorops.com splunk victorops
spugpush push.spug.dev spugpush
squadcast - squadcast
stackfield www.stackfield.com stackfield
streamlabs streamlabs.com strmlabs
synology @ synology synologys
techuluspush push.techulus.com push
telegram api.telegram.org tgram
telesign rest-ww.telesign.com telesign
telnyx api.telnyx.com telnyx
threema msgapi.threema.ch threema
trigv - trigv trigvs
twilio api.twilio.com twilio
twist api.twist.com twist
viber chatapi.viber.com viber
voipms voip.ms voipms
vonage rest.nexmo.com nexmo vonage
webexteams webexapis.com webex wxteams
wechat qyapi.weixin.qq.com wechat
wecombot qyapi.weixin.qq.com wecombot
whapi gate.whapi.cloud whapi
whatsapp graph.facebook.com whatsapp
workflows - workflow workflows
wpush api.wpush.cn wpush
wxpusher wxpusher.zjiecode.com wxpusher
xmatters - xmatters
youlmk youlmk.com youlmk
zalo bot-api.zaloplatforms.com zalo
zoom inbots.zoom.us zoom
zulip - zulip
"""
"""A service a line: its module in `apprise.plugins`, its host, and the schemas of its addresses.

A host that ends in `{OWN}` is that of the service's own cloud; other servers are in the address.
"""

TITLED = frozenset(
    {"acs", "brevo", "email", "github", "groundmail", "mailersend", "mailgun", "office365"}
    | {"postmark", "reddit", "resend", "sendgrid", "ses", "smtp2go", "sparkpost"}
)
"""Services whose messages are nothing without a title."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AppriseModule:
    """A service: its module in `apprise.plugins`, and where it connects to."""

    name: str
    host: str


@cache
def modules() -> dict[str, AppriseModule]:
    """Each service by the schemas of its addresses."""
    rows = (line.split() for line in _SERVICES.splitlines())
    return {
        schema: AppriseModule(name=name, host=host)
        for name, host, *schemas in rows
        for schema in schemas
    }
