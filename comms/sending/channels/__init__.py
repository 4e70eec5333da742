"""Channels by kind of account."""

from comms.sending.channels.base import Capabilities, Channel, ChannelError, Receipt
from comms.sending.channels.email import EmailChannel
from comms.sending.channels.manual import ManualChannel
from comms.sending.channels.newsroom import NewsroomChannel
from comms.sending.models import Account

CHANNELS: dict[str, Channel] = {
    channel.kind: channel for channel in (NewsroomChannel(), EmailChannel(), ManualChannel())
}

__all__ = ["CHANNELS", "Capabilities", "Channel", "ChannelError", "Receipt", "channel_of"]


def channel_of(account: Account) -> Channel:
    """The channel that serves an account."""
    return CHANNELS[account.kind]
