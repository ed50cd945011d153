from django.urls import include, path

urlpatterns = [
    path("", include("serein.interfaces.web.shell.urls")),
    path("accounts/", include("allauth.urls")),
    path("me/", include("serein.interfaces.web.patient.urls")),
    path("helping/", include("serein.interfaces.web.patient.helping_urls")),
    path("clinic/", include("serein.interfaces.web.clinician.urls")),
    path("pharmacy/", include("serein.interfaces.web.pharmacist.urls")),
    path("compliance/", include("serein.interfaces.web.compliance.urls")),
    path("system/", include("serein.interfaces.web.system.urls")),
    path("", include("serein.interfaces.web.pharmacist.rx_urls")),
]

handler400 = "serein.interfaces.web.shell.views.bad_request"
handler403 = "serein.interfaces.web.shell.views.forbidden"
handler404 = "serein.interfaces.web.shell.views.not_found"
handler500 = "serein.interfaces.web.shell.views.failed"
