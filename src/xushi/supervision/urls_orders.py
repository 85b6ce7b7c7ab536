"""督办单、单位表现、督办时限的网址。"""

from django.urls import path

from xushi.kit.late import pages

views_drafts, views_order, views_orders, views_units = pages(
    "xushi.supervision", "views_drafts", "views_order", "views_orders", "views_units"
)


urlpatterns = [
    path("orders/", views_orders.orders, name="orders"),
    path("orders/export.xlsx", views_orders.export, name="export_orders"),
    path("orders/bulk", views_orders.bulk, name="bulk_orders"),
    path("orders/reroute", views_orders.reroute, name="reroute"),
    path("orders/print", views_order.print_orders, name="print_orders"),
    path("orders/new", views_drafts.new, name="new_order"),
    path("orders/<int:pk>", views_order.order, name="order"),
    path("orders/<int:pk>/amend", views_drafts.amend, name="amend_order"),
    path("orders/<int:pk>/print", views_order.print_order, name="print_order"),
    path("orders/<int:pk>/<slug:verb>", views_order.act, name="order_act"),
    path("orders/photos/<int:pk>", views_order.photo, name="order_photo"),
    path("units/", views_units.units, name="units"),
    path("units/export.xlsx", views_units.units_export, name="export_units"),
    path("terms/", views_units.set_terms, name="terms"),
]
