"""Lists in and out of spreadsheets; knows only what its callers tell it.

In, step by step:

    workbook = reading.read_upload(file)            # or read_pasted(text)
    table, found = recognition.recognise_best(
        workbook, SPECS, remembered=queries.remembered_mappings(...)
    )
    run = services.start_import(workbook, kind=…, committee_code=…,
                                sheet=table.name, recognition=found, by=user)
    # mapping page: recognition.columns(run.table, found), then
    services.save_columns(run, recognition=with_mapping(found, {…}), version=…)
    # preview and confirm run the same code over
    for record in records.records(run.table, queries.recognition_of(run, SPECS)):
        row = ignored_row(record) if record.ignored else resolve(record)
    preview = Preview(rows, row_count=len(run.table.rows))
    # in one transaction with the caller's own writes
    services.confirm_import(run, preview=preview, result={…})
    bad_rows.bad_rows_workbook(run)                  # to correct and upload again

Out: writer.write_list and writer.xlsx_response; writer.set_cell for openpyxl.
"""
