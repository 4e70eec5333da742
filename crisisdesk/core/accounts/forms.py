"""Forms of the sign-in pages where they differ from django-allauth's."""

from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm


class ChangePasswordForm(AllauthChangePasswordForm):
    """The present password is asked for here too, so a wrong one counts as a try like everywhere else."""

    def clean_oldpassword(self) -> str:
        """The present password, checked under the limit of tries."""
        given: str = self.cleaned_data["oldpassword"]
        if not get_adapter().reauthenticate(self.user, given):
            raise get_adapter().validation_error("enter_current_password")
        return given
