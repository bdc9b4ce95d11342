"""The board, tasks and their moves, the environment, spot tasks and marking: the desk's addresses for them."""

from django.urls import path

from torpaq.web.desk import views_marking, views_spot_tasks, views_task_parts, views_tasks

urlpatterns = [
    path("operations", views_tasks.board, name="operations"),
    path("operations/tasks/new", views_tasks.task_new, name="task_new"),
    path("operations/tasks/<int:number>", views_tasks.task_page, name="task"),
    path("operations/tasks/<int:number>/change", views_tasks.task_change, name="task_change"),
    path("operations/tasks/<int:number>/move", views_tasks.task_move, name="task_move"),
    path("operations/tasks/<int:number>/assign", views_task_parts.task_assign, name="task_assign"),
    path("operations/tasks/<int:number>/lanes", views_task_parts.task_lanes, name="task_lanes"),
    path("operations/tasks/<int:number>/environment", views_task_parts.task_environment, name="task_environment"),
    path("marking", views_marking.marking_list, name="marking_list"),
    path("marking/share", views_marking.marking_figure, name="marking_figure"),
    path("marking/new", views_marking.marking_new, name="marking_new"),
    path("marking/<int:number>", views_marking.marking_scheme, name="marking_scheme"),
    path("marking/<int:number>/act", views_marking.marking_act, name="marking_act"),
    path("marking/<int:number>/<str:kind>", views_marking.marking_file, name="marking_file"),
    path("spot-tasks", views_spot_tasks.spot_tasks, name="spot_tasks"),
    path("spot-tasks/new", views_spot_tasks.spot_call, name="spot_call"),
    path("spot-tasks/response", views_spot_tasks.spot_response, name="spot_response"),
    path("spot-tasks/<int:number>", views_spot_tasks.spot_task, name="spot_task"),
    path("spot-tasks/<int:number>/move", views_spot_tasks.spot_move, name="spot_move"),
]
