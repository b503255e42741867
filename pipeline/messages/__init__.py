"""What Kouken sends of itself: alerts, notifications, the monthly report; by mail and by webhook."""
