app_name = "residence"
urlpatterns = []
