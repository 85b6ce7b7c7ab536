"""准入会审。"""

app_name = "admission"

urlpatterns: list = []
