"""与“官”互动: letters between offices and the 互动中心 (第三条, 第九条（一）)."""
