#ifndef ZHANJI_MODERATION_COMMANDS_H
#define ZHANJI_MODERATION_COMMANDS_H

#include "moderation/tool.h"

enum exit_code command_approve(struct tool *tool);
enum exit_code command_backup(struct tool *tool);
enum exit_code command_bulk_approve(struct tool *tool);
enum exit_code command_bulk_reject(struct tool *tool);
enum exit_code command_bulk_revert(struct tool *tool);
enum exit_code command_bulk_withhold(struct tool *tool);
enum exit_code command_check(struct tool *tool);
enum exit_code command_import(struct tool *tool);
enum exit_code command_key_new(struct tool *tool);
enum exit_code command_log_fetch(struct tool *tool);
enum exit_code command_log_prove(struct tool *tool);
enum exit_code command_log_redo(struct tool *tool);
enum exit_code command_log_rotate(struct tool *tool);
enum exit_code command_log_verify(struct tool *tool);
enum exit_code command_moderator_add(struct tool *tool);
enum exit_code command_moderator_list(struct tool *tool);
enum exit_code command_moderator_retire(struct tool *tool);
enum exit_code command_notice_add(struct tool *tool);
enum exit_code command_queue(struct tool *tool);
enum exit_code command_purge(struct tool *tool);
enum exit_code command_refit(struct tool *tool);
enum exit_code command_reject(struct tool *tool);
enum exit_code command_revert(struct tool *tool);
enum exit_code command_review(struct tool *tool);
enum exit_code command_show(struct tool *tool);
enum exit_code command_stats(struct tool *tool);
enum exit_code command_withhold(struct tool *tool);

#endif
